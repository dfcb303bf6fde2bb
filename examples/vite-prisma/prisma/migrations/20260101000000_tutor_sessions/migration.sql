-- The sessions that the app shows. Applied by scripts/migrate.js.
CREATE TABLE "tutor_sessions" (
    "id" SERIAL NOT NULL,
    "topic" TEXT NOT NULL,
    "started_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "tutor_sessions_pkey" PRIMARY KEY ("id")
);
