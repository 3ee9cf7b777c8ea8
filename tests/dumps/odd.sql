-- A schema with every oddity a dump of MariaDB can have; run by the client in an empty database.
CREATE TABLE plain (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(200), price DECIMAL(10,2), ratio DOUBLE, KEY (name)) ENGINE=InnoDB;
INSERT INTO plain (name, price, ratio) VALUES ('plain', 1.50, 1e300), (NULL, -2, -0.25), ('', 0, 0),
  ('it''s; -- no comment /* nor this */ # nor this', 1, 1), ('ends in a backslash \\', 2, 2), ('\\''', 3, 3), ('\\\\', 4, 4),
  ('-- Table structure for table `plain`\nDROP TABLE IF EXISTS `plain`;\nINSERT INTO `plain` VALUES (1,\'x\');\n', 5, 5),
  ('"double" `back` \'single\'', 6, 6), ('\0\Z\t\r\n', 7, 7), ('emoji 😀 (smile), 誠', 8, 8), ('),(', 9, 9), (');\n', 10, 10);
INSERT INTO plain (name) SELECT CONCAT('row ', seq, REPEAT(' ''quoted'' (and more),', seq MOD 7)) FROM seq_1_to_3000;
CREATE TABLE empty_one (id INT PRIMARY KEY);
CREATE TABLE bytes (id INT PRIMARY KEY, b BLOB, v VARBINARY(600), f BIT(9), g POINT) ENGINE=InnoDB;
INSERT INTO bytes SELECT seq, UNHEX(REPEAT(HEX(CHAR(seq MOD 256 USING latin1)), 50)), UNHEX(SHA2(seq, 512)), seq MOD 512, POINT(seq, -seq) FROM seq_1_to_600;
INSERT INTO bytes VALUES (1001, '', '', 0, NULL), (1002, UNHEX('27275C5C275C'), UNHEX('5C'), NULL, NULL), (1003, REPEAT('\\\'', 20000), '2D2D20', 1, NULL);
CREATE TABLE long_rows (id BIGINT UNSIGNED PRIMARY KEY, t LONGTEXT) ENGINE=InnoDB;
INSERT INTO long_rows SELECT seq, REPEAT(CONCAT('(\'line\', ', seq, ');\n'), 60000) FROM seq_1_to_4;
CREATE TABLE `we``ird "na'me". ;x` (`a``b` INT, `c d` VARCHAR(20), `;` INT, PRIMARY KEY (`c d`)) COMMENT='it''s a; comment -- `x`';
INSERT INTO `we``ird "na'me". ;x` VALUES (1, 'key one', 2), (3, 'key''two', 4), (5, 'key\\three', 6);
CREATE TABLE `☃ 雪` (id INT PRIMARY KEY); INSERT INTO `☃ 雪` VALUES (1);
CREATE TABLE plain_two (n INT, plain_two_id VARCHAR(100), t TEXT);
INSERT INTO plain_two VALUES (1, 'first', 'a'), (2, NULL, 'b'), (3, REPEAT('long ', 19), 'c');
CREATE TABLE made (id INT PRIMARY KEY, a INT, b INT AS (a + 1) VIRTUAL, c INT AS (a * 2) PERSISTENT);
INSERT INTO made (id, a) VALUES (1, 10), (2, 20);
CREATE TABLE parent (id INT PRIMARY KEY) ENGINE=InnoDB;
CREATE TABLE child (id INT PRIMARY KEY, parent_id INT, CONSTRAINT child_parent FOREIGN KEY (parent_id) REFERENCES parent (id)) ENGINE=InnoDB;
INSERT INTO parent VALUES (1), (2); INSERT INTO child VALUES (1, 1), (2, 2), (3, NULL);
CREATE TABLE parted (id INT PRIMARY KEY, n INT) PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE);
INSERT INTO parted SELECT seq, seq FROM seq_1_to_20;
CREATE TABLE versioned (id INT PRIMARY KEY, n INT) WITH SYSTEM VERSIONING;
INSERT INTO versioned VALUES (1, 1), (2, 2); UPDATE versioned SET n = 3 WHERE id = 1;
CREATE TABLE in_gbk (id INT PRIMARY KEY, t VARCHAR(50)) CHARACTER SET gbk;
INSERT INTO in_gbk VALUES (1, _gbk 0x815C), (2, _gbk 0x815C27), (3, _gbk 0x81815C5C27), (4, 'plain\\');
CREATE SEQUENCE counter START WITH 5;
CREATE TABLE counted (id INT PRIMARY KEY DEFAULT nextval(counter), n INT);
INSERT INTO counted (n) VALUES (7), (8);
CREATE VIEW looking AS SELECT id, name FROM plain WHERE name <> 'it''s; (not), this';
CREATE VIEW a_first_view AS SELECT id FROM looking;
CREATE TABLE watched (id INT PRIMARY KEY, n INT); INSERT INTO watched VALUES (1, 1);
DELIMITER ;;
CREATE TRIGGER watched_in BEFORE INSERT ON watched FOR EACH ROW BEGIN
  -- Table structure for table `plain`
  /* INSERT INTO `plain` VALUES (1); */
  SET NEW.n = IFNULL(NEW.n, 'it''s; a trap' = 'x');
  IF NEW.n > 5 THEN SET NEW.n = 5; END IF;
END;;
CREATE TRIGGER watched_up AFTER UPDATE ON watched FOR EACH ROW SET @x = CONCAT('INSERT INTO `plain` VALUES (1);', '\'');;
CREATE PROCEDURE fill(IN n INT) BEGIN
  DECLARE i INT DEFAULT 0;
  WHILE i < n DO
INSERT INTO plain_two VALUES (i, 'x', 'y');
    SET i = i + 1;
  END WHILE;
END;;
CREATE FUNCTION twice(n INT) RETURNS INT DETERMINISTIC RETURN n * 2;;
CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DO BEGIN DELETE FROM plain_two WHERE n = -1; END;;
DELIMITER ;
