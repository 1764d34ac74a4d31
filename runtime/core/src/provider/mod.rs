//! Providers, sans I/O: a plan and a cursor to a request, a response to records and what comes next.
