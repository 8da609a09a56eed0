-- Five retention rates of one base, as retention_rates gives them. $start, $end: two days, each a first of a month.
-- $month_before, $month_after: first day of the month before each; $year_before, $year_after: the year before each.
WITH base AS (
    SELECT customer,
           MAX(CASE WHEN began < $end AND (ended IS NULL OR ended >= $end) THEN 1 ELSE 0 END) AS kept
    FROM fact_relationship
    WHERE customer IN (SELECT customer FROM fact_relationship WHERE began < $start AND (ended IS NULL OR ended >= $start))
    GROUP BY customer
), contract AS (
    SELECT customer,
           SUM(CASE WHEN opened < $start AND (closed IS NULL OR closed >= $start) THEN 1 ELSE 0 END) AS held,
           SUM(CASE WHEN opened < $start AND (closed IS NULL OR closed >= $end) THEN 1 ELSE 0 END) AS still_open,
           SUM(CASE WHEN opened < $end AND (closed IS NULL OR closed >= $end) THEN 1 ELSE 0 END) AS held_after
    FROM fact_contract GROUP BY customer
), money AS (
    SELECT customer, SUM(CASE WHEN day = $month_before THEN revenue END) AS before,
           SUM(CASE WHEN day = $month_after THEN revenue END) AS after
    FROM fact_month WHERE day IN ($month_before, $month_after) GROUP BY customer
), wallet AS (
    SELECT customer, MAX(CASE WHEN year = $year_before THEN share_of_wallet END) AS before,
           MAX(CASE WHEN year = $year_after THEN share_of_wallet END) AS after
    FROM fact_wallet WHERE year IN ($year_before, $year_after) GROUP BY customer
), line AS (
    SELECT 1 AS place, 'customers' AS measure, kept, 1.0 AS before, 1.0 * kept AS after FROM base
    UNION ALL
    SELECT 2, 'contracts', base.kept, 1.0 * COALESCE(contract.held, 0), 1.0 * COALESCE(contract.still_open, 0) * base.kept
    FROM base LEFT JOIN contract ON contract.customer = base.customer
    UNION ALL
    SELECT 3, 'products', base.kept, 1.0 * COALESCE(contract.held, 0), 1.0 * COALESCE(contract.held_after, 0) * base.kept
    FROM base LEFT JOIN contract ON contract.customer = base.customer
    UNION ALL
    SELECT 4, 'revenue', base.kept, 1.0 * COALESCE(money.before, 0), 1.0 * COALESCE(money.after, 0) * base.kept
    FROM base LEFT JOIN money ON money.customer = base.customer
    UNION ALL
    SELECT 5, 'share of wallet', base.kept, wallet.before, CASE WHEN base.kept = 0 THEN 0.0 ELSE wallet.after END
    FROM base JOIN wallet ON wallet.customer = base.customer
    WHERE wallet.before IS NOT NULL AND (base.kept = 0 OR wallet.after IS NOT NULL)
)
SELECT measure, COUNT(*) AS customers, 1.0 * SUM(after) / SUM(before) AS rate,
       1.0 * SUM(CASE WHEN kept = 1 THEN after END) / SUM(CASE WHEN kept = 1 THEN before END) AS rate_of_kept,
       1.0 * SUM(CASE WHEN after < before THEN after ELSE before END) / SUM(before) AS without_growth
FROM line
GROUP BY place, measure
ORDER BY place
