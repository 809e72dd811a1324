"""Triggers that hold the owner of the database, too, to add-only tables.

The roles of the application and the sealer have no right to change rows anyway; this guards
against a slip of the hand in psql. Whoever disables it on purpose is found by `verify`.
TRUNCATE is not caught: only the owner may, and tests empty their tables with it.
"""

from django.db import migrations

REFUSE = """
CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '留痕与封存只能新增，不能修改或删除（%）', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
"""

TRIGGERS = """
CREATE TRIGGER act_changes_by_its_leaf_only BEFORE UPDATE ON ledger_act FOR EACH ROW
    WHEN (OLD.leaf_no IS NOT NULL OR NEW.leaf_no IS NULL
          OR (OLD.id, OLD.at, OLD.record_kind, OLD.record_key, OLD.verb, OLD.actor_id,
              OLD.organisation, OLD.origin, OLD.prev, OLD.body, OLD.hash)
             IS DISTINCT FROM
             (NEW.id, NEW.at, NEW.record_kind, NEW.record_key, NEW.verb, NEW.actor_id,
              NEW.organisation, NEW.origin, NEW.prev, NEW.body, NEW.hash))
    EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER act_stays BEFORE DELETE ON ledger_act FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER seal_stays BEFORE UPDATE OR DELETE ON ledger_seal
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER node_stays BEFORE UPDATE OR DELETE ON ledger_node
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
"""

UNDO = """
DROP TRIGGER act_changes_by_its_leaf_only ON ledger_act;
DROP TRIGGER act_stays ON ledger_act;
DROP TRIGGER seal_stays ON ledger_seal;
DROP TRIGGER node_stays ON ledger_node;
DROP FUNCTION ledger_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_act_seal_node")]

    operations = [migrations.RunSQL(REFUSE + TRIGGERS, UNDO)]
