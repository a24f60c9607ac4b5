-- Finds the rooms of an owner whose name is to be forgotten.

CREATE INDEX movie_together_room_of_owner ON movie_together_room (owner);
