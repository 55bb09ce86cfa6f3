"""The partner's transactions and what is made of them: `headwater dev definitions.py` serves what stands here."""

from partner_transactions import checks, external, sensors, sessions, transactions

import headwater as hw

defs = hw.Definitions(
    assets=[
        *external.ALL,
        transactions.cleaned_transactions,
        transactions.daily_revenue,
        transactions.top_customers,
        sessions.daily_sessions,
    ],
    sensors=[sensors.partner_files, sensors.clickstream_days, sensors.warehouse_tables],
    asset_checks=[
        checks.transaction_ids_are_unique,
        checks.few_rows_are_unusable,
        checks.MATCHES_CRM_EXPORT,
    ],
)
