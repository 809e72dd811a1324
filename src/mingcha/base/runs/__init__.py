"""Runs (长任务): anything that takes longer than a page, with progress, a rate and a way to cancel."""
