"""Building CRM: a warehouse with the course's measures in SQL, and the care that customers' data need.

Consent, pseudonyms, roles, retention periods and erasure as code; who answers for what; how many people answer the phone, by hour.
"""

from __future__ import annotations

from crmlib._frames import Result
from crmlib.warehouse.erasure import Erasure, due_for_erasure, erase_customers, retention_rules
from crmlib.warehouse.privacy import ANSWERS, consent_status, crack_hashes, plain_hash, pseudonyms, standing_out
from crmlib.warehouse.raci import check_raci, raci_table
from crmlib.warehouse.roles import open_role, role_grants, visible
from crmlib.warehouse.staffing import arrivals_by_hour, erlang_c, staff_by_hour
from crmlib.warehouse.store import Warehouse, measure_sql, measures, open_warehouse

__all__ = [
    "ANSWERS",
    "Erasure",
    "Result",
    "Warehouse",
    "arrivals_by_hour",
    "check_raci",
    "consent_status",
    "crack_hashes",
    "due_for_erasure",
    "erase_customers",
    "erlang_c",
    "measure_sql",
    "measures",
    "open_role",
    "open_warehouse",
    "plain_hash",
    "pseudonyms",
    "raci_table",
    "retention_rules",
    "role_grants",
    "staff_by_hour",
    "standing_out",
    "visible",
]
