"""Files of lines and running text as sequences of symbols, without an x."""
