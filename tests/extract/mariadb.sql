CREATE SEQUENCE `free seq` START WITH 100 INCREMENT BY 5;
CREATE TABLE parents (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(80) NOT NULL DEFAULT 'it''s; -- "x" `y` \\', UNIQUE KEY name (name)) COMMENT='of ''parents'', `t`; -- /* */';
INSERT INTO parents VALUES (1,'a'),(2,'INSERT INTO `parents` VALUES (3,''x'');'),(7,'-- Table structure for table `parents`'),(9,'DELIMITER ;;\n/*!40000 ALTER TABLE `parents` */;');
CREATE TABLE parents_archive LIKE parents;
CREATE TABLE `order` (id INT AUTO_INCREMENT PRIMARY KEY, parent INT UNSIGNED, up INT, `order` INT DEFAULT 3, `references` TEXT,
  CONSTRAINT `fk, one` FOREIGN KEY (parent) REFERENCES parents (id) ON DELETE SET NULL ON UPDATE CASCADE,
  CONSTRAINT up FOREIGN KEY (up) REFERENCES `order` (id), CONSTRAINT positive CHECK (`order` > 0), KEY `order` (`order`));
INSERT INTO `order` VALUES (1,1,NULL,3,'REFERENCES `order` (id)'),(2,7,1,4,NULL),(5,NULL,2,5,'`order`');
CREATE TABLE order_items (`order` INT NOT NULL, line INT NOT NULL, qty DECIMAL(10,3), price DOUBLE, total DOUBLE AS (qty * price) PERSISTENT, half DOUBLE AS (qty / 2) VIRTUAL,
  PRIMARY KEY (`order`, line), FOREIGN KEY (`order`) REFERENCES `order` (id) ON DELETE CASCADE);
INSERT INTO order_items (`order`, line, qty, price) VALUES (1,1,1.5,2.25),(1,2,NULL,1e300),(2,1,-0.001,0);
CREATE TABLE types (id BIGINT UNSIGNED PRIMARY KEY, bin BLOB, vb VARBINARY(20), b BIT(9), j JSON, t TIME(3), ts TIMESTAMP(6) NULL, d DATE, dt DATETIME, y YEAR, e ENUM('a','b''c','d,e'), s SET('x','y'), g GEOMETRY, p POINT, u UUID, i INET6, f FLOAT, n VARCHAR(20) CHARACTER SET latin1 COLLATE latin1_german1_ci, FULLTEXT KEY ft (n));
INSERT INTO types VALUES (1,0x00FF275C220A0D1A3B2D2D00,'\\''',b'101010101','{"a": [1, "x;\\"y"]}','-838:59:59.000','2026-03-29 01:30:00.123456','2024-02-29','1000-01-01 00:00:00',1901,'b''c','x,y',ST_GeomFromText('POINT(1 2)'),ST_GeomFromText('POINT(3 4)'),'123e4567-e89b-12d3-a456-426655440000','::1',1.1,'Grüße'),(18446744073709551615,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL),(2,'','',b'0','null','00:00:00',NULL,'0001-01-01',NULL,2155,'a','',NULL,NULL,NULL,NULL,-0.0,'');
CREATE TABLE `odd ``name`` "x".y'z` (`a``b` INT, `c"d` TEXT, KEY `k``1` (`a``b`));
INSERT INTO `odd ``name`` "x".y'z` VALUES (1,'--\n-- Dumping data for table `x`\n--\n'),(NULL,'\\'),(2,'\\''');
CREATE TABLE `größe 誠` (id INT PRIMARY KEY, t TEXT) CHARSET=utf8mb4;
INSERT INTO `größe 誠` VALUES (1,'😀'),(2,'誠');
CREATE TABLE empty (id INT AUTO_INCREMENT PRIMARY KEY) AUTO_INCREMENT=42;
CREATE TABLE parted (id INT NOT NULL, y INT NOT NULL, PRIMARY KEY (id, y)) PARTITION BY RANGE (y) (PARTITION parted VALUES LESS THAN (10), PARTITION rest VALUES LESS THAN MAXVALUE);
INSERT INTO parted VALUES (1,1),(2,20);
CREATE TABLE numbered (id BIGINT NOT NULL DEFAULT nextval(`free seq`) PRIMARY KEY, t TEXT);
INSERT INTO numbered (t) VALUES ('a'),('nextval(`free seq`)'),('c');
CREATE TABLE log (id INT AUTO_INCREMENT PRIMARY KEY, what TEXT);
CREATE TABLE watched (id INT AUTO_INCREMENT PRIMARY KEY, t TEXT, n INT);
INSERT INTO watched VALUES (1,'a;b',1);
DELIMITER ;;
CREATE TRIGGER watched_bi BEFORE INSERT ON watched FOR EACH ROW BEGIN
  -- INSERT INTO `watched` ; DEFINER=`x`@`y`
  IF NEW.t = 'DEFINER=`root`@`localhost`;;' THEN SET NEW.t = "it's"; END IF;
  SET NEW.n = (SELECT COUNT(*) FROM watched);
END;;
CREATE TRIGGER second AFTER UPDATE ON watched FOR EACH ROW INSERT INTO log (what) VALUES (CONCAT('watched ', NEW.id));;
CREATE PROCEDURE p() BEGIN SELECT '
-- Table structure for table `watched`
'; INSERT INTO watched VALUES (1); END;;
CREATE FUNCTION f() RETURNS INT DETERMINISTIC RETURN 1;;
CREATE EVENT ev ON SCHEDULE EVERY 1 DAY DISABLE DO INSERT INTO watched VALUES (2,'x',1);;
DELIMITER ;
CREATE VIEW v AS SELECT id, t FROM watched;
