-- Active, inactive, prospect, suspect, rest of the world, as lifecycle_status counts them.
-- $as_of: day; $window: days that count as recent; $market: people and firms in the market.
WITH known AS (
    SELECT customer, MAX(CASE WHEN ended IS NULL OR ended > $as_of THEN $as_of ELSE ended END) AS last_day
    FROM fact_relationship
    WHERE began <= $as_of AND (ended IS NULL OR ended >= began)
    GROUP BY customer
), lead_left AS (
    SELECT fact_lead.lead, fact_lead.first_contact
    FROM fact_lead LEFT JOIN known ON known.customer = fact_lead.customer
    WHERE known.customer IS NULL
), counted AS (
    SELECT 1 AS place, 'active' AS status, COUNT(*) AS customers FROM known WHERE last_day > $as_of - $window
    UNION ALL SELECT 2, 'inactive', COUNT(*) FROM known WHERE last_day <= $as_of - $window
    UNION ALL SELECT 3, 'prospect', COUNT(*) FROM lead_left WHERE first_contact <= $as_of
    UNION ALL SELECT 4, 'suspect', COUNT(*) FROM lead_left WHERE first_contact IS NULL OR first_contact > $as_of
)
SELECT status, customers, share
FROM (
    SELECT place, status, customers, 1.0 * customers / $market AS share FROM counted
    UNION ALL
    SELECT 5, 'rest of the world', CAST($market - SUM(customers) AS INTEGER), 1.0 * ($market - SUM(customers)) / $market FROM counted
) AS five
ORDER BY place
