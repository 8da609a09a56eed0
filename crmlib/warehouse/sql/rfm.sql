-- Scores for recency, frequency and monetary value, as rfm_scores gives them. $start, $as_of: days; $scores: how many (5).
-- A tie takes the middle of its places; whole numbers only, so that no rounding decides a score.
WITH days AS (
    SELECT customer, day, SUM(amount) AS paid
    FROM fact_purchase WHERE amount >= 0 AND day BETWEEN $start AND $as_of
    GROUP BY customer, day
), back AS (
    SELECT customer, SUM(amount) AS paid
    FROM fact_purchase WHERE amount < 0 AND day BETWEEN $start AND $as_of
    GROUP BY customer
), summary AS (
    SELECT days.customer, MAX(days.day) AS last_day, COUNT(*) AS frequency, SUM(days.paid) + COALESCE(MIN(back.paid), 0) AS revenue
    FROM days LEFT JOIN back ON back.customer = days.customer
    GROUP BY days.customer
), place AS (
    SELECT customer, last_day, frequency, revenue, COUNT(*) OVER () AS n,
           RANK() OVER (ORDER BY last_day) + COUNT(*) OVER (ORDER BY last_day) - 1 AS r2,
           RANK() OVER (ORDER BY frequency) + COUNT(*) OVER (ORDER BY frequency) - 1 AS f2,
           RANK() OVER (ORDER BY revenue) + COUNT(*) OVER (ORDER BY revenue) - 1 AS m2
    FROM summary
)
SELECT customer, $as_of - last_day AS recency, frequency, revenue,
       1 + CAST((r2 * $scores - (r2 * $scores) % (2 * n)) / (2 * n) AS INTEGER) AS r,
       1 + CAST((f2 * $scores - (f2 * $scores) % (2 * n)) / (2 * n) AS INTEGER) AS f,
       1 + CAST((m2 * $scores - (m2 * $scores) % (2 * n)) / (2 * n) AS INTEGER) AS m
FROM place
ORDER BY customer
