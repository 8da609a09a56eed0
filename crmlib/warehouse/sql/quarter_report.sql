-- The fixed report of every quarter: customers with revenue, money, by region. $start, $as_of: first and last day.
SELECT dim_date.year, dim_date.quarter, dim_place.region, COUNT(DISTINCT fact_month.customer) AS customers,
       SUM(fact_month.revenue) AS revenue, SUM(fact_month.contribution) AS contribution
FROM fact_month
JOIN dim_date ON dim_date.day = fact_month.day
JOIN dim_customer ON dim_customer.customer_key = fact_month.customer_key
JOIN dim_place ON dim_place.place_key = dim_customer.place_key
WHERE fact_month.day BETWEEN $start AND $as_of
GROUP BY dim_date.year, dim_date.quarter, dim_place.region
ORDER BY dim_date.year, dim_date.quarter, dim_place.region
