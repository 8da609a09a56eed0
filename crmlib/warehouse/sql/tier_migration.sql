-- Who moved between the pyramids of two years, in customers and in money, as tier_migration gives it.
-- $before, $after: years; $top, $big, $medium: shares of customers. Tier 5: not a customer in that year.
WITH place AS (
    SELECT customer, year, revenue, COUNT(*) OVER (PARTITION BY year ORDER BY revenue DESC) AS last_place,
           COUNT(*) OVER (PARTITION BY year) AS n
    FROM fact_year WHERE year IN ($before, $after)
), tiered AS (
    SELECT customer, year, revenue,
           CASE WHEN last_place - 1 < ROUND($top * n, 6) THEN 1
                WHEN last_place - 1 < ROUND(($top + $big) * n, 6) THEN 2
                WHEN last_place - 1 < ROUND(($top + $big + $medium) * n, 6) THEN 3 ELSE 4 END AS tier
    FROM place
), both_years AS (
    SELECT customer, COALESCE(MAX(CASE WHEN year = $before THEN tier END), 5) AS tier_before,
           COALESCE(MAX(CASE WHEN year = $after THEN tier END), 5) AS tier_after,
           COALESCE(SUM(CASE WHEN year = $before THEN revenue END), 0) AS revenue_before,
           COALESCE(SUM(CASE WHEN year = $after THEN revenue END), 0) AS revenue_after
    FROM tiered GROUP BY customer
)
SELECT tier_before, tier_after,
       CASE WHEN tier_before = 5 THEN 'new' WHEN tier_after = 5 THEN 'lost' WHEN tier_after < tier_before THEN 'up'
            WHEN tier_after > tier_before THEN 'down' ELSE 'stayed' END AS move,
       COUNT(*) AS customers, SUM(revenue_before) AS revenue_before, SUM(revenue_after) AS revenue_after
FROM both_years
GROUP BY tier_before, tier_after
ORDER BY tier_before, tier_after
