-- Contacts and their minutes by hour of the day, as arrivals_by_hour gives them. $channel; $start, $as_of: first and last day.
SELECT hour, COUNT(*) AS contacts, 1.0 * COUNT(*) / ($as_of - $start + 1) AS per_day, AVG(1.0 * minutes) AS minutes
FROM fact_contact
WHERE channel = $channel AND day BETWEEN $start AND $as_of
GROUP BY hour
ORDER BY hour
