-- Runs once, when the postgres volume is empty. The gateway's own database comes from POSTGRES_DB.
-- Every Evolution server needs a database of its own: two on one database would both open its WhatsApp sessions.
CREATE DATABASE evolution_api_1;
CREATE DATABASE evolution_api_2;
