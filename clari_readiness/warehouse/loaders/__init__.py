"""Loading into engines other than DuckDB: the same statements, said in theirs. Each imports its driver."""
