"""The rule table (规则表): numbers that a law or an official fixes, dated, each with its basis."""
