from django.db import migrations

# Every pair of neighbours: cut into pairs from the first character, and again from the second.
# PL/pgSQL keeps its plans; as an SQL function it starts an executor per row and takes ten times as long.
CREATE = r"""
CREATE FUNCTION mingcha_pairs(name text, code text, address text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    n text := lower(regexp_replace(normalize(name, NFKC), '\s+', '', 'g'));
    c text := lower(regexp_replace(normalize(code, NFKC), '\s+', '', 'g'));
    a text := lower(regexp_replace(normalize(address, NFKC), '\s+', '', 'g'));
BEGIN
    RETURN array_to_tsvector(string_to_array(rtrim(
        regexp_replace(left(n, length(n) / 2 * 2), '(..)', 'n\1 ', 'g')
        || regexp_replace(substr(n, 2, (length(n) - 1) / 2 * 2), '(..)', 'n\1 ', 'g')
        || regexp_replace(left(c, length(c) / 2 * 2), '(..)', 'n\1 ', 'g')
        || regexp_replace(substr(c, 2, (length(c) - 1) / 2 * 2), '(..)', 'n\1 ', 'g')
        || regexp_replace(left(a, length(a) / 2 * 2), '(..)', 'a\1 ', 'g')
        || regexp_replace(substr(a, 2, (length(a) - 1) / 2 * 2), '(..)', 'a\1 ', 'g')), ' '));
END $$;
"""
DROP = "DROP FUNCTION mingcha_pairs(text, text, text);"


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.RunSQL(CREATE, DROP)]
