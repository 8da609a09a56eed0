-- Top, Big, Medium and Small by revenue of a year, as customer_pyramid gives them. $year; $top, $big, $medium: shares of customers.
-- Equal customers on both sides of a cut go down together: that is what the last place of a tie is for.
WITH place AS (
    SELECT customer, revenue, COUNT(*) OVER (ORDER BY revenue DESC) AS last_place, COUNT(*) OVER () AS n
    FROM fact_year WHERE year = $year
), tiered AS (
    SELECT customer, revenue,
           CASE WHEN last_place - 1 < ROUND($top * n, 6) THEN 1
                WHEN last_place - 1 < ROUND(($top + $big) * n, 6) THEN 2
                WHEN last_place - 1 < ROUND(($top + $big + $medium) * n, 6) THEN 3 ELSE 4 END AS tier
    FROM place
), names AS (
    SELECT 1 AS tier, 'Top' AS name UNION ALL SELECT 2, 'Big' UNION ALL SELECT 3, 'Medium' UNION ALL SELECT 4, 'Small'
)
SELECT names.name AS tier, COUNT(tiered.customer) AS customers, COALESCE(SUM(tiered.revenue), 0) AS value,
       1.0 * COALESCE(SUM(tiered.revenue), 0) / (SELECT SUM(revenue) FROM tiered) AS value_share, MIN(tiered.revenue) AS threshold
FROM names LEFT JOIN tiered ON tiered.tier = names.tier
GROUP BY names.tier, names.name
ORDER BY names.tier
