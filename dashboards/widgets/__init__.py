"""Of what are pages made? Pieces that know nothing of what is asked: elements, fields, tables, charts, progress."""
