"""It waits as long as Retry-After asks for: three years, if need be."""

CAUGHT_BY = "limits_429_absurd"
PATIENCE = float("inf")
