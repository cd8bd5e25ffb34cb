-- What a message costs in a prompt, counted once. Messages from before have none and are counted when they are read.
ALTER TABLE message ADD COLUMN encoding TEXT;
ALTER TABLE message ADD COLUMN tokens INTEGER CHECK ((tokens IS NULL) = (encoding IS NULL) AND tokens >= 0);

-- The number of the first message that prompts still tell word for word. Moving in rare, large steps, it keeps the
-- beginning of prompts the same from turn to turn, so that providers can cache it.
ALTER TABLE project ADD COLUMN history_from INTEGER NOT NULL DEFAULT 0;
