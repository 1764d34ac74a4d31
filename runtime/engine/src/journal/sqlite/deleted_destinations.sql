-- Destinations that were deleted. What still comes for one is a dead letter at once, with this reason.
ALTER TABLE destination ADD COLUMN gone TEXT;
