-- Slowly changing dimension, type 2: a customer gets a new row whenever the programme changes, and old rows stay as they were.
-- Needs the tables person (customer, kind, birth_year, place_key, began) and spell (customer, programme, began, ended).
INSERT INTO dim_customer
WITH change AS (
    SELECT customer, began AS day FROM person
    UNION SELECT spell.customer, greatest(spell.began, person.began) FROM spell JOIN person USING (customer)
    UNION SELECT spell.customer, spell.ended + 1 FROM spell JOIN person USING (customer)
          WHERE spell.ended IS NOT NULL AND spell.ended + 1 > person.began
), state AS (
    SELECT change.customer, change.day, coalesce(min(spell.programme), 'none') AS programme
    FROM change LEFT JOIN spell ON spell.customer = change.customer AND spell.began <= change.day
                               AND (spell.ended IS NULL OR spell.ended >= change.day)
    GROUP BY change.customer, change.day
), marked AS (
    SELECT *, lag(programme) OVER (PARTITION BY customer ORDER BY day) AS before FROM state
), version AS (
    SELECT customer, programme, day AS valid_from, lead(day) OVER (PARTITION BY customer ORDER BY day) - 1 AS valid_to
    FROM marked WHERE before IS NULL OR before <> programme
)
SELECT row_number() OVER (ORDER BY customer, valid_from), customer, person.kind, person.birth_year, person.place_key,
       version.programme, version.valid_from, coalesce(version.valid_to, 2932896), version.valid_to IS NULL
FROM version JOIN person USING (customer);
