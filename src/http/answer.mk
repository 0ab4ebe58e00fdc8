# plans, response heads, pages, log lines
