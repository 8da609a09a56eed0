-- Main measures of the value scorecard for a year, as value_scorecard gives them. $year; $last_day: its last day;
-- $retention, $discount: per year, for the lifetime value, CLV = contribution x retention / (1 + discount - retention).
WITH joined AS (
    SELECT customer, MIN(began) AS began FROM fact_relationship GROUP BY customer
), one AS (
    SELECT fact_year.revenue, fact_year.profit, fact_year.contribution, fact_wallet.share_of_wallet,
           ($last_day - joined.began) / 365.25 AS lifetime
    FROM fact_year
    JOIN joined ON joined.customer = fact_year.customer
    LEFT JOIN fact_wallet ON fact_wallet.customer = fact_year.customer AND fact_wallet.year = fact_year.year
    WHERE fact_year.year = $year
)
SELECT 'profit per customer' AS measure, AVG(1.0 * profit) AS everyone, 1 AS place FROM one
UNION ALL SELECT 'profit rate', 1.0 * SUM(profit) / SUM(revenue), 2 FROM one
UNION ALL SELECT 'CLV', AVG(1.0 * contribution) * $retention / (1 + $discount - $retention), 3 FROM one
UNION ALL SELECT 'revenue per customer', AVG(1.0 * revenue), 4 FROM one
UNION ALL SELECT 'share of wallet', AVG(share_of_wallet), 5 FROM one
UNION ALL SELECT 'lifetime', AVG(lifetime), 6 FROM one
ORDER BY place
