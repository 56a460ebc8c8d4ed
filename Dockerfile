# Conducive in a container: the command line, and the dashboard on port 8765 behind a class code.
#
#   docker build -t conducive .
#   docker run --rm conducive run two-year-funding
#   docker run --rm -p 8765:8765 -v conducive:/data conducive dashboard --no-browser --open-to-network --data /data
FROM python:3.12-slim

COPY . /src
RUN pip install --no-cache-dir /src \
    && useradd --create-home --uid 1000 conducive \
    && install --directory --owner conducive /data /work
USER 1000
WORKDIR /work

# The rules are compiled once, when the image is made.
RUN conducive run classroom --replicates 1 --out /tmp/first && rm -r /tmp/first

EXPOSE 8765
ENTRYPOINT ["conducive"]
CMD ["--help"]
