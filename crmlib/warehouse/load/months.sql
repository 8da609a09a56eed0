-- Each month's fact points to the version of the customer that held on its first day (or the first version there is).
INSERT INTO fact_month
SELECT month.customer, version.customer_key, month.day, month.revenue, month.contribution
FROM month JOIN (
    SELECT customer, customer_key, valid_to,
           CASE WHEN row_number() OVER (PARTITION BY customer ORDER BY valid_from) = 1 THEN 0 ELSE valid_from END AS valid_from
    FROM dim_customer
) AS version ON version.customer = month.customer AND month.day BETWEEN version.valid_from AND version.valid_to;
