-- Customers and their programme as they were on a day, not as they are now. $as_of: day.
SELECT dim_customer.programme, COUNT(DISTINCT dim_customer.customer) AS customers
FROM dim_customer
JOIN fact_relationship ON fact_relationship.customer = dim_customer.customer
WHERE $as_of BETWEEN dim_customer.valid_from AND dim_customer.valid_to
  AND fact_relationship.began <= $as_of AND (fact_relationship.ended IS NULL OR fact_relationship.ended > $as_of)
GROUP BY dim_customer.programme
ORDER BY dim_customer.programme
