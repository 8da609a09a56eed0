-- The star: facts (what happened, with its numbers) around dimensions (who, when, where). The same for both companies.
-- Days are whole numbers, days since 1970-01-01 (dim_date says which day that is); money is exact: DECIMAL, not a float.
CREATE TABLE dim_date (day INTEGER PRIMARY KEY, date DATE, year INTEGER, quarter INTEGER, month INTEGER, month_start INTEGER);
CREATE TABLE dim_place (place_key INTEGER PRIMARY KEY, region VARCHAR);
CREATE TABLE dim_customer (customer_key INTEGER PRIMARY KEY, customer BIGINT, kind VARCHAR, birth_year INTEGER, place_key INTEGER,
                           programme VARCHAR, valid_from INTEGER, valid_to INTEGER, is_current BOOLEAN);
CREATE TABLE fact_relationship (customer BIGINT, began INTEGER, ended INTEGER);
CREATE TABLE fact_contract (customer BIGINT, product VARCHAR, opened INTEGER, closed INTEGER);
CREATE TABLE fact_month (customer BIGINT, customer_key INTEGER, day INTEGER, revenue DECIMAL(18,4), contribution DECIMAL(18,4));
CREATE TABLE fact_year (customer BIGINT, year INTEGER, revenue DECIMAL(18,4), contribution DECIMAL(18,4), profit DECIMAL(18,4));
CREATE TABLE fact_wallet (customer BIGINT, year INTEGER, share_of_wallet DOUBLE);
CREATE TABLE fact_purchase (customer BIGINT, day INTEGER, amount DECIMAL(18,4));
CREATE TABLE fact_contact (customer BIGINT, day INTEGER, hour INTEGER, channel VARCHAR, minutes DOUBLE);
CREATE TABLE fact_lead (lead BIGINT, first_contact INTEGER, customer BIGINT);
CREATE TABLE fact_consent (customer BIGINT, purpose VARCHAR, channel VARCHAR, given INTEGER, withdrawn INTEGER);
INSERT INTO dim_date
SELECT CAST(d AS INTEGER), DATE '1970-01-01' + CAST(d AS INTEGER), year(DATE '1970-01-01' + CAST(d AS INTEGER)),
       quarter(DATE '1970-01-01' + CAST(d AS INTEGER)), month(DATE '1970-01-01' + CAST(d AS INTEGER)),
       CAST(date_trunc('month', DATE '1970-01-01' + CAST(d AS INTEGER)) AS DATE) - DATE '1970-01-01'
FROM range(0, 25567) AS days(d);
