/* extension/ai_cleanup--1.1--1.2.sql */

-- complain if script is sourced in psql, rather than via ALTER EXTENSION
\echo Use "ALTER EXTENSION ai_cleanup UPDATE TO '1.2'" to load this file. \quit
