"""The database itself refuses to change or forget a line of consent (DUTIES L1)."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION consent_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the consent ledger is append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER consent_is_append_only BEFORE UPDATE OR DELETE ON audiences_consent
    FOR EACH ROW EXECUTE FUNCTION consent_is_append_only();
"""
UNDO = "DROP TRIGGER consent_is_append_only ON audiences_consent; DROP FUNCTION consent_is_append_only();"


class Migration(migrations.Migration):
    dependencies = [("audiences", "0001_who_reads_it")]
    operations = [migrations.RunSQL(REFUSE, UNDO)]
