"""Django's management as a program of its own (`python -m mingcha.config.manage`).

The supervisor and the operator's command start it, so that neither has to import Django.
"""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mingcha.config.settings")
    execute_from_command_line(["mingcha", *sys.argv[1:]])
