-- From the systems that run the bank (tables op_...) to the star.
CREATE TEMP TABLE person AS
SELECT customer, CAST(kind AS VARCHAR) AS kind, birth_year, branch AS place_key, CAST(joined AS DATE) - DATE '1970-01-01' AS began
FROM op_customers;
CREATE TEMP TABLE spell AS
SELECT customer, 'club' AS programme, CAST(since AS DATE) - DATE '1970-01-01' AS began, CAST(until AS DATE) - DATE '1970-01-01' AS ended
FROM op_bonds WHERE CAST(bond AS VARCHAR) = 'club';
INSERT INTO dim_place SELECT branch, CAST(region AS VARCHAR) FROM op_branches;
INSERT INTO fact_relationship
SELECT customer, CAST(joined AS DATE) - DATE '1970-01-01', CAST("left" AS DATE) - DATE '1970-01-01' FROM op_customers
UNION ALL
SELECT customer, CAST(returned AS DATE) - DATE '1970-01-01', CAST(left_again AS DATE) - DATE '1970-01-01' FROM op_customers
WHERE returned IS NOT NULL;
INSERT INTO fact_contract
SELECT customer, CAST(product AS VARCHAR), CAST(opened AS DATE) - DATE '1970-01-01', CAST(closed AS DATE) - DATE '1970-01-01'
FROM op_holdings;
INSERT INTO fact_year
SELECT customer, year, CAST(revenue AS DECIMAL(18,4)), CAST(contribution AS DECIMAL(18,4)), CAST(profit AS DECIMAL(18,4)) FROM op_years;
INSERT INTO fact_wallet SELECT customer, year, share_of_wallet FROM op_wallets;
INSERT INTO fact_purchase
SELECT customer, CAST(date AS DATE) - DATE '1970-01-01', CAST(amount AS DECIMAL(18,4)) FROM op_purchases;
INSERT INTO fact_contact
SELECT customer, CAST(time AS DATE) - DATE '1970-01-01', hour(time), CAST(channel AS VARCHAR), minutes FROM op_contacts;
INSERT INTO fact_lead SELECT lead, CAST(first_contact AS DATE) - DATE '1970-01-01', customer FROM op_leads;
INSERT INTO fact_consent
SELECT customer, CAST(purpose AS VARCHAR), CAST(channel AS VARCHAR), CAST(given AS DATE) - DATE '1970-01-01',
       CAST(withdrawn AS DATE) - DATE '1970-01-01'
FROM op_consents;
CREATE TEMP TABLE month AS
SELECT customer, CAST(month AS DATE) - DATE '1970-01-01' AS day, CAST(revenue AS DECIMAL(18,4)) AS revenue,
       CAST(revenue AS DECIMAL(18,4)) - CAST(expected_loss AS DECIMAL(18,4)) - CAST(cost_to_serve AS DECIMAL(18,4)) AS contribution
FROM op_months;
