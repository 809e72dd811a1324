"""Doors through which anybody may hand something in (公开入口): how often, and by a person at a form.

knock("objection", each=settings.OPEN_FORMS_EACH)    # before anything is written
form = OpenForm(request.POST)                        # a trap for machines, and a key that makes it once
"""
