-- Gini coefficient of a year's revenue, as gini gives it: 0 if all customers are equal. $year.
WITH place AS (
    SELECT revenue, ROW_NUMBER() OVER (ORDER BY revenue, customer) AS place, COUNT(*) OVER () AS n
    FROM fact_year WHERE year = $year
)
SELECT SUM((2 * place - n - 1) * 1.0 * revenue) / (MAX(n) * SUM(revenue)) AS gini
FROM place
