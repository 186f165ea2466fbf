"""The database itself refuses to change what partners and the board have said; that a person left may be noted."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION said_remains() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'by_id' = to_jsonb(OLD) - 'by_id' AND to_jsonb(NEW) ->> 'by_id' IS NULL THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'what was said remains' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER remark_remains BEFORE UPDATE OR DELETE ON newsletter_remark
    FOR EACH ROW EXECUTE FUNCTION said_remains();
CREATE TRIGGER remark_answer_remains BEFORE UPDATE OR DELETE ON newsletter_remarkanswer
    FOR EACH ROW EXECUTE FUNCTION said_remains();
CREATE TRIGGER override_remains BEFORE UPDATE ON newsletter_override
    FOR EACH ROW EXECUTE FUNCTION said_remains();
"""
UNDO = """
DROP TRIGGER remark_remains ON newsletter_remark;
DROP TRIGGER remark_answer_remains ON newsletter_remarkanswer;
DROP TRIGGER override_remains ON newsletter_override;
DROP FUNCTION said_remains();
"""


class Migration(migrations.Migration):
    dependencies = [("newsletter", "0006_an_operation_calls_for_offers")]
    operations = [migrations.RunSQL(REFUSE, UNDO)]
