from django.db import migrations

CREATE = r"""
CREATE FUNCTION mingcha_pairs(value text, tag text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT tag || substr(folded, i, 2)), '{}')
    FROM (SELECT lower(regexp_replace(normalize(value, NFKC), '\s+', '', 'g')) AS folded) AS f,
         generate_series(1, greatest(length(folded) - 1, 0)) AS i
$$;
CREATE FUNCTION mingcha_party_pairs(name text, code text, address text) RETURNS tsvector
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT array_to_tsvector(
        mingcha_pairs(name, 'n') || mingcha_pairs(code, 'n') || mingcha_pairs(address, 'a'))
$$;
"""
DROP = """
DROP FUNCTION mingcha_party_pairs(text, text, text);
DROP FUNCTION mingcha_pairs(text, text);
"""


class Migration(migrations.Migration):
    dependencies = []
    operations = [migrations.RunSQL(CREATE, DROP)]
