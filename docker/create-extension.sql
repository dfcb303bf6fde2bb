-- Run once by the image, in the database that it makes: the extension in there, and in every
-- database that is made later.
CREATE EXTENSION ai_cleanup;
\connect template1
CREATE EXTENSION ai_cleanup;
