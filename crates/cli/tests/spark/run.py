"""Runs the statements of `wellmet sql` in Spark with two worker processes.

run.py STATEMENTS.json OUT TABLE=FILE.csv...   saves each result as CSV in a folder under its table's name.
"""

import json
import sys

from pyspark.sql import SparkSession

statements, out, *tables = sys.argv[1:]
spark = (
    SparkSession.builder.master("local-cluster[2,1,1024]")
    .appName("wellmet sql")
    .config("spark.ui.enabled", "false")
    .config("spark.sql.shuffle.partitions", "4")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("ERROR")
for table in tables:
    name, file = table.split("=", 1)
    frame = spark.read.csv(file, header=True, quote='"', escape='"')
    frame.createOrReplaceTempView(name)
for name, text in json.load(open(statements)).items():
    spark.sql(text).write.mode("overwrite").option("header", True).option("escape", '"').csv(f"{out}/{name}")
print("workers:", spark.sparkContext._jsc.sc().getExecutorMemoryStatus().size() - 1)
spark.stop()
