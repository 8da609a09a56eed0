-- Profit of a year by decile of customers, most profitable first, as whale_curve gives it. $year.
WITH place AS (
    SELECT profit, ROW_NUMBER() OVER (ORDER BY profit DESC, customer) - 1 AS place, COUNT(*) OVER () AS n
    FROM fact_year WHERE year = $year
), tenth AS (
    SELECT 1 + CAST((10 * place - (10 * place) % n) / n AS INTEGER) AS decile, COUNT(*) AS customers, SUM(profit) AS profit
    FROM place GROUP BY 1 + CAST((10 * place - (10 * place) % n) / n AS INTEGER)
)
SELECT decile, customers, profit, 1.0 * SUM(profit) OVER (ORDER BY decile) / SUM(profit) OVER () AS cumulative_profit_share
FROM tenth
ORDER BY decile
