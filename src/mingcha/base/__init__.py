"""What every domain stands on: people, rights, ledger, calendar, runs, search, errors, http."""
