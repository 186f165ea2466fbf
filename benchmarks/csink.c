/* A small epoll SMTP sink that accepts everything and keeps nothing: for speed only, never as a witness.
   Origin: drawn up with the project's design, to show a sender's own ceiling (Postfix's smtp-sink is itself a wall). */
/* minimal epoll SMTP sink for the sender's own ceiling: pipelining ok; memmem for CRLF.CRLF; single process */
#define _GNU_SOURCE
#include <sys/epoll.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <arpa/inet.h>
#include <string.h>
#include <stdlib.h>
#include <unistd.h>
#include <stdio.h>
#include <fcntl.h>
typedef struct{int data;size_t n;size_t scan;char b[1<<19];}C;
static void wr(int fd,const char*s){if(write(fd,s,strlen(s))<0){}}
int main(int c,char**v){int l=socket(AF_INET,SOCK_STREAM,0),one=1;setsockopt(l,SOL_SOCKET,SO_REUSEADDR,&one,4);struct sockaddr_in a={.sin_family=AF_INET,.sin_port=htons(atoi(v[1])),.sin_addr.s_addr=inet_addr("127.0.0.1")};if(bind(l,(void*)&a,sizeof a))return 1;listen(l,1024);
int e=epoll_create1(0);struct epoll_event ev={.events=EPOLLIN,.data.fd=l};epoll_ctl(e,EPOLL_CTL_ADD,l,&ev);static C*cs[4096];
for(;;){struct epoll_event E[64];int n=epoll_wait(e,E,64,-1);for(int i=0;i<n;i++){int fd=E[i].data.fd;if(fd==l){int s=accept(l,0,0);setsockopt(s,IPPROTO_TCP,TCP_NODELAY,&one,4);cs[s]=calloc(1,sizeof(C));ev.data.fd=s;ev.events=EPOLLIN;epoll_ctl(e,EPOLL_CTL_ADD,s,&ev);wr(s,"220 x ESMTP\r\n");continue;}
C*k=cs[fd];ssize_t r=read(fd,k->b+k->n,sizeof k->b-k->n);if(r<=0){close(fd);free(k);cs[fd]=0;continue;}k->n+=r;char out[4096];out[0]=0;int q=0;size_t p=0;
for(;;){if(k->data){size_t st=k->scan>p?k->scan:p;char*f=memmem(k->b+st,k->n-st,"\r\n.\r\n",5);if(!f){k->scan=k->n>4+p?k->n-4:p;break;}p=f-k->b+5;k->scan=p;k->data=0;strcat(out,"250 ok\r\n");}
 else{char*f=memchr(k->b+p,'\n',k->n-p);if(!f)break;char*cmd=k->b+p;p=f-k->b+1;if(!strncasecmp(cmd,"DATA",4)){k->data=1;k->scan=p;strcat(out,"354 go\r\n");}else if(!strncasecmp(cmd,"EHLO",4))strcat(out,"250-x\r\n250-8BITMIME\r\n250 PIPELINING\r\n");else if(!strncasecmp(cmd,"QUIT",4)){strcat(out,"221 bye\r\n");q=1;}else strcat(out,"250 ok\r\n");}}
if(p){memmove(k->b,k->b+p,k->n-p);k->n-=p;k->scan=k->scan>p?k->scan-p:0;}if(out[0])wr(fd,out);if(q){close(fd);free(k);cs[fd]=0;}}}}
