-- A partition's end follows its records by itself, so that a batch is one statement. A version
-- that moves the end on its own, before it inserts, ends with the same end.

CREATE TRIGGER movie_together_log_record_appended AFTER INSERT ON movie_together_log_record
BEGIN
    UPDATE movie_together_log_partition
    SET high = NEW.log_offset + 1, at_ms = NEW.at_ms
    WHERE log_partition = NEW.log_partition;
END;
