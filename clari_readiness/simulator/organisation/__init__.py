"""The virtual organisation: what there is to export, as a pure function of its settings and the moment."""
