-- Share of a year's revenue that the top customers hold, as top_share gives it. $year; $share: of customers, such as 0.2.
-- The customer on whom the cut falls counts in part.
WITH place AS (
    SELECT revenue, ROW_NUMBER() OVER (ORDER BY revenue DESC, customer) AS place, COUNT(*) OVER () AS n
    FROM fact_year WHERE year = $year
)
SELECT SUM(CASE WHEN place <= $share * n THEN 1.0 * revenue
                WHEN place - 1 < $share * n THEN revenue * ($share * n - (place - 1)) ELSE 0.0 END) / SUM(revenue) AS top_share
FROM place
