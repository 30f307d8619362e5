"""Values that several parts speak of: the fiscal calendar, time, exports, findings. All of them frozen."""
