"""Tools that judge the project: not a part of the package, and no tests themselves."""
