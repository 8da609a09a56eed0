-- One row per customer of a purchase log, as customer_summary gives it. $start, $as_of: first and last day to count.
WITH days AS (
    SELECT customer, day, SUM(amount) AS paid
    FROM fact_purchase WHERE amount >= 0 AND day BETWEEN $start AND $as_of
    GROUP BY customer, day
), bought AS (
    SELECT customer, MIN(day) AS first_day, MAX(day) AS last_day, COUNT(*) AS frequency, SUM(paid) AS paid
    FROM days GROUP BY customer
), back AS (
    SELECT customer, COUNT(*) AS refunds, -SUM(amount) AS refunded
    FROM fact_purchase WHERE amount < 0 AND day BETWEEN $start AND $as_of
    GROUP BY customer
)
SELECT bought.customer, bought.frequency, $as_of - bought.last_day AS days_since_last,
       bought.last_day - bought.first_day AS days_first_to_last, $as_of - bought.first_day AS days_observed,
       CASE WHEN bought.frequency > 1 THEN 1.0 * (bought.paid - days.paid) / (bought.frequency - 1) END AS monetary_value,
       bought.paid - COALESCE(back.refunded, 0) AS revenue, COALESCE(back.refunds, 0) AS refunds
FROM bought
JOIN days ON days.customer = bought.customer AND days.day = bought.first_day
LEFT JOIN back ON back.customer = bought.customer
ORDER BY bought.customer
