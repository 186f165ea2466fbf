"""The columns of text that are never about a reader, each table with its reason; what may be is registered.

A new column of text is either here or in `privacy.register`: until then `tests/audiences/test_privacy.py` fails.
"""

# Django's own, and what describes our own machines.
OF_MACHINES = {
    "auth.Permission": "name codename",
    "auth.Group": "name",
    "contenttypes.ContentType": "app_label model",
    "newsletter.KeyFingerprint": "name digest",
    "campaigns.Pulse": "name mark",
    "campaigns.RoadStanding": "road detail",
    "campaigns.WorkerSession": "host boot born journal",
    "campaigns.Pace": "relay preset",
    "campaigns.Spent": "relay",
    "campaigns.Warmup": "domain",
    "campaigns.MailDomain": "name operator hosts",
    "campaigns.Lane": "operator",
    "campaigns.Chunk": "operator hosts domain",
    "campaigns.DeliveryRetry": "operator",
}
# People of the house and of its members: their accounts have another reason than the letter, and other ways out.
OF_THE_HOUSE = {
    "sessions.Session": "session_key session_data",
    "newsletter.User": "password email name language",
    "newsletter.SignInCode": "digest",
    "newsletter.Association": "name postal_address contact_email website",
    "newsletter.Newsletter": "name slug tagline sender_name sender_email reply_to",
    "newsletter.Member": "name slug email phone website suspended_for",
    "newsletter.Partner": "name email language",
    "newsletter.CalendarFeed": "name url failure",
}
# What is published, what was said of it on the way, and the public files that it is taken from.
OF_WHAT_IS_PUBLISHED = {
    "newsletter.Feast": "key title place note uid",
    "newsletter.Place": "insee name department region epci postcodes",
    "newsletter.Offer": (
        "title text image image_alt link interests publics title_en text_en booking_phone access writer begun_as"
    ),
    "newsletter.OfferRevision": (
        "title text image image_alt link interests publics title_en text_en booking_phone access"
    ),
    "newsletter.OfferMove": "was became comment field words",
    "newsletter.Edition": "title slug subject preheader editorial language content_hash",
    "newsletter.Listing": "identifier feed name told fingerprint",
    "newsletter.CatalogueImport": "feed file_name gone spared refused counts",
    "newsletter.StagedListing": "identifier told fingerprint",
    "newsletter.Operation": "theme brief",
    "newsletter.OperationMove": "was became",
    "newsletter.PlannedEdition": "seed",
    "newsletter.Choice": "reason facts",
    "newsletter.Override": "words",
    "newsletter.Remark": "line quoted words",
    "newsletter.RemarkAnswer": "words",
    "newsletter.Contribution": "title text where link",
    "campaigns.Link": "target label",
    "campaigns.LinkRepair": "was became",
}
# Questions about readers, and letters with holes where a reader's name will stand.
OF_READERS_IN_GENERAL = {
    "audiences.Wording": "locale text digest",
    "audiences.Segment": "name tree",
    "audiences.Import": (
        "file name encoding delimiter heading tool columns language source tracking_evidence faults notes"
    ),
    "audiences.ImportPart": "low high verdicts",
    "audiences.RefusedLine": "code column",
    "audiences.Knock": "network",
    "audiences.ConsentSeal": "prev_hash row_hash",
    "campaigns.Campaign": "pause_detail left_out",
    "campaigns.CampaignMove": "reason",
    "campaigns.Variant": "tree language subject template template_digest html",
    "campaigns.MeasuredTemplate": "template template_digest",
}
# Beside what is registered of the same tables: codes, hashes of what is no address, and words of the catalogue.
BESIDE = {
    "audiences.Consent": "newsletter wording locale form_version",
    "campaigns.Delivery": "reason",
    "campaigns.DeliveryEvent": "key source scanner",
}
IMPERSONAL = {
    label: set(columns.split())
    for part in (OF_MACHINES, OF_THE_HOUSE, OF_WHAT_IS_PUBLISHED, OF_READERS_IN_GENERAL, BESIDE)
    for label, columns in part.items()
}
