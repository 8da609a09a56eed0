-- From the systems that run the electricity retailer (tables op_...) to the star. A supply contract is its one product, a bill a purchase.
CREATE TEMP TABLE person AS
SELECT customer, CAST(class AS VARCHAR) AS kind, NULL AS birth_year, feeder AS place_key, CAST(since AS DATE) - DATE '1970-01-01' AS began
FROM op_customers;
CREATE TEMP TABLE spell AS
SELECT customer, 'time-of-use' AS programme, CAST(tou_from AS DATE) - DATE '1970-01-01' AS began, NULL AS ended
FROM op_customers WHERE tou_from IS NOT NULL;
INSERT INTO dim_place SELECT feeder, min(CAST(region AS VARCHAR)) FROM op_customers GROUP BY feeder;
INSERT INTO fact_relationship
SELECT customer, CAST(since AS DATE) - DATE '1970-01-01', CAST("left" AS DATE) - DATE '1970-01-01' FROM op_customers;
INSERT INTO fact_contract
SELECT customer, 'supply', CAST(since AS DATE) - DATE '1970-01-01', CAST("left" AS DATE) - DATE '1970-01-01' FROM op_customers;
INSERT INTO fact_purchase
SELECT customer, CAST(month AS DATE) - DATE '1970-01-01', CAST(amount AS DECIMAL(18,4)) FROM op_bills;
INSERT INTO fact_contact
SELECT customer, CAST(time AS DATE) - DATE '1970-01-01', hour(time), CAST(channel AS VARCHAR), minutes FROM op_contacts;
INSERT INTO fact_lead SELECT prospect, CAST(asked AS DATE) - DATE '1970-01-01', NULL FROM op_prospects;
-- What a bill leaves after buying the electricity, the grid, the levy and service: prices per kWh have four decimals.
CREATE TEMP TABLE month AS
SELECT bill.customer, CAST(bill.month AS DATE) - DATE '1970-01-01' AS day, CAST(bill.amount AS DECIMAL(18,4)) AS revenue,
       CAST(bill.amount AS DECIMAL(18,4))
       - bill.kwh_peak * CAST(price.wholesale_peak AS DECIMAL(8,4)) - bill.kwh_flat * CAST(price.wholesale_flat AS DECIMAL(8,4))
       - bill.kwh_valley * CAST(price.wholesale_valley AS DECIMAL(8,4))
       - (bill.kwh_peak + bill.kwh_flat + bill.kwh_valley) * (CAST(price.grid AS DECIMAL(8,4)) + CAST(price.levy AS DECIMAL(8,4))
                                                              + CAST(price.cost_to_serve AS DECIMAL(8,4))) AS contribution
FROM op_bills AS bill JOIN op_customers AS customer ON customer.customer = bill.customer
JOIN op_price_chain AS price ON CAST(price.month AS DATE) = CAST(bill.month AS DATE)
                             AND CAST(price.class AS VARCHAR) = CAST(customer.class AS VARCHAR);
INSERT INTO fact_year
SELECT month.customer, dim_date.year, sum(revenue), sum(contribution), sum(contribution)
FROM month JOIN dim_date ON dim_date.day = month.day GROUP BY month.customer, dim_date.year;
-- One supplier at a time: whoever has a bill in December buys everything here.
INSERT INTO fact_wallet
SELECT month.customer, dim_date.year, 1.0 FROM month JOIN dim_date ON dim_date.day = month.day WHERE dim_date.month = 12;
