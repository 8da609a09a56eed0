-- Who may be contacted, as consent_status says it: without a valid consent the answer is no. $purpose, $channel; $as_of: day.
WITH answer AS (
    SELECT customer, MAX(CASE WHEN given <= $as_of AND (withdrawn IS NULL OR withdrawn > $as_of) THEN 1 ELSE 0 END) AS allowed
    FROM fact_consent WHERE purpose = $purpose AND channel = $channel
    GROUP BY customer
)
SELECT dim_customer.customer, COALESCE(answer.allowed, 0) AS allowed
FROM dim_customer LEFT JOIN answer ON answer.customer = dim_customer.customer
WHERE dim_customer.is_current
ORDER BY dim_customer.customer
